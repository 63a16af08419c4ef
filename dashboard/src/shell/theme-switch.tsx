// The choice between light, dark and the system's theme.

import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { chooseTheme, chosenTheme, type Theme, themes } from "./theme.ts";

const icons = { system: Monitor, light: Sun, dark: Moon };
const words: Record<Theme, string> = { system: "As the system", light: "Light", dark: "Dark" };

export function ThemeSwitch() {
  const [theme, setTheme] = useState(chosenTheme);
  const choose = (next: Theme): void => {
    chooseTheme(next);
    setTheme(next);
  };
  return (
    <fieldset className="theme-switch bare">
      <legend className="visually-hidden">Theme</legend>
      {themes.map((name) => {
        const Icon = icons[name];
        return (
          <label key={name} title={words[name]}>
            <input
              className="visually-hidden"
              type="radio"
              name="theme"
              checked={theme === name}
              onChange={() => choose(name)}
            />
            <Icon size={14} aria-hidden />
            <span className="visually-hidden">{words[name]}</span>
          </label>
        );
      })}
    </fieldset>
  );
}
