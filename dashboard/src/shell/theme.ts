// Light, dark, or as the system has it. public/theme.js sets it before the first paint.

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const key = "runledger.theme";

/** What was chosen in this browser. */
export function chosenTheme(): Theme {
  const { theme } = document.documentElement.dataset;
  return theme === "light" || theme === "dark" ? theme : "system";
}

/** Shows this theme from now on, here and at the next visit. */
export function chooseTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === "system") localStorage.removeItem(key);
    else localStorage.setItem(key, theme);
  } catch {
    // Storage is switched off: it holds for this visit.
  }
}
