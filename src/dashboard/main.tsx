import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiProblem } from "./api.ts";
import "./styles/index.css";
import { fetchPagesWhenIdle } from "./fetch-page.ts";
import { Crash, NotFound } from "./pages/lost.tsx";
import { SignIn } from "./pages/sign-in.tsx";
import { Notices } from "./parts/notices.tsx";
import { Reading } from "./parts/reading.tsx";
import { Shell } from "./parts/shell.tsx";
import { screens } from "./screens.ts";
import { readTheme, wearTheme } from "./theme.ts";

wearTheme(readTheme());

const refreshMs = 10_000;
const isSignedOut = (error: Error) => error instanceof ApiProblem && error.status === 401;

const root = createRootRoute();
const framed = createRoute({ getParentRoute: () => root, id: "framed", component: Shell });
const routeTree = root.addChildren([
  createRoute({ getParentRoute: () => root, path: "/sign-in", component: SignIn }),
  framed.addChildren(
    screens.map(({ path, page }) => createRoute({ getParentRoute: () => framed, path, component: page })),
  ),
]);
const router = createRouter({
  routeTree,
  basepath: "/app",
  defaultPendingComponent: Reading,
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: Crash,
  scrollRestoration: true,
});

/** A session that ended, here or in another tab, leads to the sign-in and from there back; nothing that was read stays. */
function leaveWhereSignedOut(error: Error) {
  if (!isSignedOut(error)) return;
  client.clear();
  const { pathname, href } = router.state.location;
  if (pathname !== "/sign-in") void router.navigate({ to: "/sign-in", search: { to: href } });
}

const client = new QueryClient({
  queryCache: new QueryCache({ onError: leaveWhereSignedOut }),
  mutationCache: new MutationCache({ onError: leaveWhereSignedOut }),
  defaultOptions: {
    // A gateway on this machine answers where the browser calls itself offline; one elsewhere is said to be away.
    queries: {
      networkMode: "always",
      refetchInterval: refreshMs,
      retry: (count, error) => count < 2 && !(error instanceof ApiProblem),
    },
    mutations: { networkMode: "always" },
  },
});

const place = document.getElementById("root");
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <Notices>
          <RouterProvider router={router} />
        </Notices>
      </QueryClientProvider>
    </StrictMode>,
  );
  fetchPagesWhenIdle();
}
