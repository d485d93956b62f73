import { lazyRouteComponent } from "@tanstack/react-router";
import type { IconName } from "./parts/icon.tsx";

/** A page by its path; with `nav` it stands in the navigation, in the order of this table. Every page is a file that is fetched when it is first opened. */
export type Screen = {
  path: string;
  page: ReturnType<typeof lazyRouteComponent>;
  nav?: { label: string; icon: IconName };
};

// biome-ignore format: a screen a line
export const screens: readonly Screen[] = [
  { path: "/", page: lazyRouteComponent(() => import("./pages/overview.tsx"), "Overview"), nav: { label: "Overview", icon: "home" } },
  { path: "/messages", page: lazyRouteComponent(() => import("./pages/messages.tsx"), "Messages"), nav: { label: "Messages", icon: "list" } },
  { path: "/messages/$apiKeyId/$messageId", page: lazyRouteComponent(() => import("./pages/one-message.tsx"), "OneMessage") },
  { path: "/numbers", page: lazyRouteComponent(() => import("./pages/numbers.tsx"), "Numbers"), nav: { label: "Numbers", icon: "phone" } },
  { path: "/keys", page: lazyRouteComponent(() => import("./pages/keys.tsx"), "Keys"), nav: { label: "API Keys", icon: "key" } },
];
