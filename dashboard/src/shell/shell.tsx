// The frame around every page.

import { Link, Outlet } from "@tanstack/react-router";
import { Activity, Bot, FlaskConical, GitCompareArrows, Grid3x3, List, Play } from "lucide-react";
import { SilenceBanner } from "./silence-banner.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";

const places = [
  { to: "/", words: "Runs", Icon: List },
  { to: "/experiments", words: "Experiments", Icon: FlaskConical },
  { to: "/benchmarks", words: "Benchmarks", Icon: Grid3x3 },
  { to: "/agents", words: "Agents", Icon: Bot },
  { to: "/compare", words: "Compare", Icon: GitCompareArrows },
  { to: "/system", words: "System", Icon: Activity },
] as const;

export function Shell() {
  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        To the content
      </a>
      <header className="side">
        <Link to="/" className="brand" aria-label="Runledger, all runs">
          <img src="/icon.svg" alt="" width={22} height={22} />
          <span>Runledger</span>
        </Link>
        <nav aria-label="Pages">
          <ul>
            {places.map(({ to, words, Icon }) => (
              <li key={to}>
                <Link to={to} className="nav-link" activeOptions={{ exact: to === "/", includeSearch: false }}>
                  <Icon size={16} aria-hidden />
                  {words}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className="side-foot">
          <Link to="/new" className="button primary">
            <Play size={14} aria-hidden />
            New run
          </Link>
          <ThemeSwitch />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <SilenceBanner />
        <Outlet />
      </main>
    </div>
  );
}
