import type { Prediction } from '@shroom/classifier/browser';
import { element } from './element';
import { percent } from './words';

/** The user's choice for one photo. */
export interface Choice {
  /** Name of the class that is explained. */
  readonly class: string;
  readonly against?: string;
}

let made = 0;

/** The classes of one photo, sorted by probability. The user chooses the class that is explained, and the class it is compared with. */
export class ClassList {
  readonly element: HTMLElement;
  readonly #rival = element('select');
  /** Names of the classes, the most probable first. */
  readonly #ranking: readonly string[];
  #chosen: string;

  constructor(prediction: Prediction, onChange: () => void) {
    const { probabilities, class: best } = prediction;
    const labels = prediction.task === 'multi-label' ? prediction.labels : [];
    const group = `photo-${made++}`;
    const shares = Object.entries(probabilities).sort(([, a], [, b]) => b - a);
    this.#ranking = shares.map(([name]) => name);
    this.#chosen = best;
    const rows = shares.map(([name, share]) => {
      const input = element('input', {
        type: 'radio',
        name: group,
        value: name,
        checked: name === this.#chosen,
      });
      input.addEventListener('change', () => {
        this.#chosen = name;
        this.#offerRivals();
        onChange();
      });
      const label = labels.find(each => each.class === name);
      const mark = label ? `; --mark: ${label.threshold}` : '';
      return element(
        'label',
        {
          className: label ? 'marked' : '',
          attributes: { style: `--share: ${share}${mark}` },
        },
        input,
        element('span', {}, name),
        ...(label?.present ? [element('em', {}, 'present')] : []),
        element('small', {}, percent(share)),
      );
    });
    this.#rival.id = `${group}-rival`;
    this.#rival.addEventListener('change', onChange);
    this.#offerRivals();
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
    const against = this.#rival.value;
    return { class: this.#chosen, ...(against !== '' && { against }) };
  }

  /** Offers every class except the explained one for comparison. */
  #offerRivals(): void {
    const before = this.#rival.value;
    this.#rival.replaceChildren(
      element('option', { value: '' }, 'all others alike'),
      ...this.#ranking
        .filter(name => name !== this.#chosen)
        .map(name => element('option', { value: name }, name)),
    );
    this.#rival.value = before === this.#chosen ? '' : before;
  }
}
