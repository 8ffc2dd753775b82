import { escapeMarkup } from '@shroom/formats';

/** Colors that are distinct on light and dark backgrounds, also for color-blind readers. The first is ours. */
export const colors = ['#c2410c', '#2563eb', '#0f8a6d', '#8b5cf6', '#6b7280'] as const;

const font = "font-family: system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

/**
 * A picture with its own background, so that it is readable on a light page and on a dark page.
 */
export function picture(width: number, height: number, title: string, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeMarkup(title)}">
<style>
text { ${font}; font-size: 13px; fill: #3d3d46; }
.ground { fill: #ffffff; stroke: #e2e2e8; }
.title { font-size: 15px; font-weight: 600; fill: #1f1f26; }
.faint { fill: #6b6b76; font-size: 12px; }
.end { text-anchor: end; } .middle { text-anchor: middle; } .strong { font-weight: 600; }
.grid { stroke: #e7e7ec; } .axis { stroke: #9a9aa6; } .bound { stroke: #1f1f26; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
text { fill: #d5d5de; } .ground { fill: #202127; stroke: #3a3a44; } .title { fill: #f2f2f7; } .faint { fill: #a3a3b0; }
.grid { stroke: #33343c; } .axis { stroke: #7c7c88; } .bound { stroke: #f2f2f7; }
}
</style>
<rect class="ground" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${content}
</svg>
`;
}

export const text = (x: number, y: number, content: string, kind = ''): string =>
  `<text x="${round(x)}" y="${round(y)}"${kind && ` class="${kind}"`}>${escapeMarkup(content)}</text>`;

export const line = (x1: number, y1: number, x2: number, y2: number, kind: string): string =>
  `<line class="${kind}" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;

export const dot = (x: number, y: number, color: string, radius = 5): string =>
  `<circle cx="${round(x)}" cy="${round(y)}" r="${radius}" fill="${color}"/>`;

export const path = (points: readonly (readonly [number, number])[], color: string): string =>
  `<polyline fill="none" stroke="${color}" stroke-width="2.5" points="${points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ')}"/>`;

const round = (value: number): number => Math.round(10 * value) / 10;

/** Returns a function from values to positions, linear or logarithmic. */
export function scale(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
  logarithmic = false,
): (value: number) => number {
  const turn = logarithmic ? Math.log : (value: number) => value;
  const span = turn(high) - turn(low) || 1;
  return value => from + ((turn(value) - turn(low)) / span) * (to - from);
}
