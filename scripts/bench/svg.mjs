/** Returns a picture of growth: microseconds of one accept over the messages that a pool holds, which grow tenfold from point to point. */
export function drawGrowth(points) {
  const [width, height, left, bottom] = [640, 280, 70, 50];
  const most = Math.max(...points.map(({ micros }) => micros)) * 1.25;
  const x = (index) => left + (index * (width - left - 40)) / Math.max(1, points.length - 1);
  const y = (micros) => height - bottom - (micros / most) * (height - bottom - 40);
  const dots = points.map(({ held, micros }, index) =>
    [
      `<circle cx="${x(index)}" cy="${y(micros)}" r="4"/>`,
      `<text x="${x(index)}" y="${y(micros) - 10}" text-anchor="middle">${micros.toFixed(0)}</text>`,
      `<text x="${x(index)}" y="${height - bottom + 20}" text-anchor="middle">${held.toLocaleString("en")}</text>`,
    ].join(""),
  );
  const line = points.map(({ micros }, index) => `${x(index)},${y(micros)}`).join(" ");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#3366cc">`,
    "<title>Accepting a message, microseconds, by the messages that its pool holds</title>",
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${left}" y="22" fill="#333333">Accepting a message, microseconds, by the messages that its pool holds</text>`,
    `<path d="M${left} 40V${height - bottom}H${width - 20}" fill="none" stroke="#999999"/>`,
    `<polyline points="${line}" fill="none" stroke="#3366cc" stroke-width="2"/>`,
    ...dots,
    "</svg>\n",
  ].join("\n");
}
