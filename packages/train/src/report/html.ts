import { escapeMarkup } from '@shroom/formats';
import type { Interval } from '../evaluation/intervals';

/** HTML that can be inserted without escaping. */
export class Html {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

type Insertable = Html | string | number | false | undefined | readonly Insertable[];

/** Template tag that escapes all insertions except `Html`. Lists are joined; `false` is empty. */
export function html(strings: TemplateStringsArray, ...insertions: readonly Insertable[]): Html {
  return new Html(strings.map((part, index) => part + render(insertions[index])).join(''));
}

function render(insertion: Insertable): string {
  if (insertion === undefined || insertion === false) return '';
  if (insertion instanceof Html) return insertion.text;
  if (Array.isArray(insertion)) return insertion.map(render).join('');
  return escapeMarkup(String(insertion));
}

export const percent = (share: number, digits = 1) =>
  Number.isNaN(share) ? 'unknown' : `${(100 * share).toFixed(digits)} %`;

/** An interval of shares as text, such as "61 to 95 %". */
export function range({ low, high }: Interval): string {
  if (Number.isNaN(low)) return 'unknown';
  // If all samples are alike, the bootstrap interval has no width. A reader would mistake that for certainty.
  if (low === high) return 'too few photos to tell';
  return `${(100 * low).toFixed(0)} to ${(100 * high).toFixed(0)} %`;
}
