import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { request } from "../api.ts";
import { Problem } from "./problem.tsx";

/** The frame of every page behind the sign-in: where to go, and the way out. */
export function Shell() {
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
    await navigate({ to: "/sign-in" });
  }
  return (
    <>
      <header>
        <strong>Trunkline</strong>
        <nav aria-label="Main">
          <Link to="/">Overview</Link>
          <Link to="/messages">Messages</Link>
          <Link to="/keys">API Keys</Link>
          <Link to="/numbers">Numbers</Link>
        </nav>
        <span className="out">
          <button type="button" className="link" onClick={() => signOut(false)}>
            Sign out
          </button>
          <button type="button" className="link" onClick={() => signOut(true)}>
            Sign out everywhere
          </button>
        </span>
      </header>
      <main>
        <Problem error={problem} />
        <Outlet />
      </main>
    </>
  );
}
