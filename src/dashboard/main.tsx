import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiProblem } from "./api.ts";
import "./app.css";
import { Keys } from "./pages/keys.tsx";
import { Messages } from "./pages/messages.tsx";
import { Numbers } from "./pages/numbers.tsx";
import { OneMessage } from "./pages/one-message.tsx";
import { Overview } from "./pages/overview.tsx";
import { SignIn } from "./pages/sign-in.tsx";
import { Shell } from "./parts/shell.tsx";

const refreshMs = 10_000;
const isSignedOut = (error: Error) => error instanceof ApiProblem && error.status === 401;

const root = createRootRoute();
const framed = createRoute({ getParentRoute: () => root, id: "framed", component: Shell });
const routeTree = root.addChildren([
  createRoute({ getParentRoute: () => root, path: "/sign-in", component: SignIn }),
  framed.addChildren([
    createRoute({ getParentRoute: () => framed, path: "/", component: Overview }),
    createRoute({ getParentRoute: () => framed, path: "/messages", component: Messages }),
    createRoute({ getParentRoute: () => framed, path: "/messages/$apiKeyId/$messageId", component: OneMessage }),
    createRoute({ getParentRoute: () => framed, path: "/keys", component: Keys }),
    createRoute({ getParentRoute: () => framed, path: "/numbers", component: Numbers }),
  ]),
]);
const router = createRouter({ routeTree, basepath: "/app" });

/** A session that ended in another tab leads to the sign-in, and nothing that was read stays. */
const client = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (!isSignedOut(error)) return;
      client.clear();
      void router.navigate({ href: "/sign-in" });
    },
  }),
  defaultOptions: {
    queries: { refetchInterval: refreshMs, retry: (count, error) => count < 2 && !(error instanceof ApiProblem) },
  },
});

const place = document.getElementById("root");
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
