import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { request } from "../api.ts";
import { forgetDrafts } from "../queries/inbox.ts";
import { screens } from "../screens.ts";
import { Icon } from "./icon.tsx";
import { Problem } from "./problem.tsx";
import { ThemeChoice } from "./theme-choice.tsx";

/** The frame of every page behind the sign-in: where to go, and the way out. On narrow screens the navigation opens by a button. */
export function Shell() {
  const { pathname } = useLocation();
  const [isOpen, setOpen] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever arrives somewhere is done with the menu
  useEffect(() => setOpen(false), [pathname]);
  return (
    <div className="shell">
      <a className="skip" href="#content">
        Skip to the page
      </a>
      <header className="side">
        <div className="side-head">
          <Link to="/" className="brand">
            <Mark />
            Trunkline
          </Link>
          <button
            type="button"
            className="icon menu-button"
            aria-expanded={isOpen}
            aria-controls="menu"
            onClick={() => setOpen(!isOpen)}
          >
            <Icon name={isOpen ? "close" : "menu"} />
            <span className="hidden-words">Menu</span>
          </button>
        </div>
        <div id="menu" className={isOpen ? "menu is-open" : "menu"}>
          <nav aria-label="Main">
            <ul>
              {screens.map(
                ({ path, nav }) =>
                  nav && (
                    <li key={path}>
                      <Link to={path} activeOptions={{ exact: path === "/" }}>
                        <Icon name={nav.icon} />
                        {nav.label}
                      </Link>
                    </li>
                  ),
              )}
            </ul>
          </nav>
          <SideFoot />
        </div>
      </header>
      <main id="content" className="page" tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}

function SideFoot() {
  const [problem, setProblem] = useState<Error | null>(null);
  const cache = useQueryClient();
  const navigate = useNavigate();
  async function signOut(everywhere: boolean) {
    try {
      await request(`/app/session${everywhere ? "?all=1" : ""}`, "DELETE");
    } catch (error) {
      return setProblem(error as Error);
    }
    cache.clear();
    forgetDrafts();
    await navigate({ to: "/sign-in" });
  }
  return (
    <div className="side-foot">
      <ThemeChoice />
      <div className="row">
        <button type="button" className="link" onClick={() => signOut(false)}>
          Sign out
        </button>
        <button type="button" className="link" onClick={() => signOut(true)}>
          Sign out everywhere
        </button>
      </div>
      <Problem error={problem} />
    </div>
  );
}

function Mark() {
  return (
    <svg width="26" height="26" viewBox="0 0 26 26" aria-hidden="true" focusable="false">
      <rect width="26" height="26" rx="7" fill="currentColor" />
      <g className="mark-lines" fill="none" strokeWidth="2" strokeLinecap="round">
        <path d="M5 13h5c4 0 4-6 8-6h3M10 13h11M10 13c4 0 4 6 8 6h3" />
      </g>
    </svg>
  );
}
