/** Strokes on a field of 24 by 24, drawn for this app. */
const strokes = {
  home: "M4 11l8-7 8 7M6 9.5V20h12V9.5",
  inbox: "M4 5h16v14H4zM4 14h4l2 2h4l2-2h4",
  list: "M4 6h16M4 12h16M4 18h10",
  phone: "M8 3h8a1 1 0 011 1v16a1 1 0 01-1 1H8a1 1 0 01-1-1V4a1 1 0 011-1zM11 18h2",
  key: "M14 10a4 4 0 10-3.5 4L12 16h2v2h2v2h4v-4l-6.2-4.8",
  people: "M9 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM3 20a6 6 0 0112 0M16 4.5a3.5 3.5 0 010 6M17.5 14.5A6 6 0 0121 20",
  webhook: "M9 7a3 3 0 116 0c0 1.2-.7 2-1.5 2.7L16 14M8.5 12A3.5 3.5 0 107 18.5h8M16 14a3 3 0 11-.5 4",
  plug: "M9 3v5M15 3v5M6 8h12v3a6 6 0 01-12 0zM12 17v4",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4",
  doctor: "M3 12h4l2-6 4 12 2.5-6H21",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6L6 18",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  check: "M5 12.5l4.5 4.5L19 7",
  up: "M12 19V5M6 11l6-6 6 6",
  down: "M12 5v14M6 13l6 6 6-6",
  grip: "M5 9h14M5 15h14",
} as const;

export type IconName = keyof typeof strokes;

/** A picture beside words; it says nothing by itself. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={strokes[name]} />
    </svg>
  );
}
