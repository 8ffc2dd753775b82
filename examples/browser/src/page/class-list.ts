import type { Verdict } from '../verdict';
import { element } from './element';
import { percent } from './words';

/** What is chosen for one photo. */
export interface Choice {
  readonly classIndex: number;
  readonly against?: number;
}

let made = 0;

/** The classes of one photo by probability, of which one is explained, and the class that it is told from. */
export class ClassList {
  readonly element: HTMLElement;
  readonly #rival = element('select');
  readonly #names: readonly string[];
  #chosen: number;

  constructor(names: readonly string[], verdict: Verdict, onChange: () => void) {
    const group = `photo-${made++}`;
    this.#names = names;
    this.#chosen = verdict.ranking[0]!;
    const rows = verdict.ranking.map(k => {
      const share = verdict.probabilities[k]!;
      const input = element('input', {
        type: 'radio',
        name: group,
        value: String(k),
        checked: k === this.#chosen,
      });
      input.addEventListener('change', () => {
        this.#chosen = k;
        this.#offerRivals(verdict.ranking);
        onChange();
      });
      return element(
        'label',
        { attributes: { style: `--share: ${share}` } },
        input,
        element('span', {}, names[k]!),
        element('small', {}, percent(share)),
      );
    });
    this.#rival.id = `${group}-rival`;
    this.#rival.addEventListener('change', onChange);
    this.#offerRivals(verdict.ranking);
    this.element = element(
      'div',
      { className: 'choice' },
      element(
        'fieldset',
        {},
        element('legend', {}, 'What speaks for'),
        element('div', { className: 'classes' }, ...rows),
      ),
      element(
        'div',
        { className: 'rival' },
        element('label', { htmlFor: this.#rival.id }, 'rather than'),
        this.#rival,
      ),
    );
  }

  get choice(): Choice {
    const against = Number(this.#rival.value);
    return { classIndex: this.#chosen, ...(this.#rival.value !== '' && { against }) };
  }

  /** Every class but the explained one. */
  #offerRivals(ranking: readonly number[]): void {
    const before = this.#rival.value;
    this.#rival.replaceChildren(
      element('option', { value: '' }, 'all others alike'),
      ...ranking
        .filter(k => k !== this.#chosen)
        .map(k => element('option', { value: String(k) }, this.#names[k]!)),
    );
    this.#rival.value = before === String(this.#chosen) ? '' : before;
  }
}
