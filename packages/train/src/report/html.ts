import { escapeMarkup } from '@shroom/formats';
import type { Interval } from '../evaluation/intervals';

/** HTML that is safe to insert as it is. */
export class Html {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

type Insertable = Html | string | number | false | undefined | readonly Insertable[];

/** A template whose insertions are escaped, unless they are `Html` themselves; lists are joined, `false` is nothing. */
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

/** An interval of shares, such as "61 to 95 %". */
export function range({ low, high }: Interval): string {
  if (Number.isNaN(low)) return 'unknown';
  // The bootstrap sees no doubt where all samples are alike; a reader would take that for certainty.
  if (low === high) return 'too few photos to tell';
  return `${(100 * low).toFixed(0)} to ${(100 * high).toFixed(0)} %`;
}
