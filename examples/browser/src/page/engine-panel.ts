import { type EngineName, engineNames, type Measurement } from '../engine-name';
import { element, found } from './element';
import type { EngineMemory } from './engine-choice';
import { engineLabels } from './words';

interface EngineActions {
  onWanted(wanted: EngineName | 'auto'): void;
  onMeasure(): void;
}

/** Shows which engine computes and how fast each engine was, and lets the user choose another. */
export class EnginePanel {
  readonly #list = found('engines', HTMLElement);
  readonly #summary = found('engine-summary', HTMLElement);
  readonly #actions: EngineActions;

  constructor(actions: EngineActions) {
    this.#actions = actions;
    found('measure', HTMLButtonElement).onclick = actions.onMeasure;
  }

  show({ wanted, measurements }: Pick<EngineMemory, 'wanted' | 'measurements'>): void {
    const rows = engineNames.map(engine => {
      const found = measurements.find(each => each.engine === engine);
      return this.#row(engine, engineLabels[engine], factOf(found), wanted, cannot(found));
    });
    // The rows are recreated, so the keyboard focus must be restored.
    const focused = document.activeElement?.closest('#engines input')?.getAttribute('value');
    this.#list.replaceChildren(this.#row('auto', 'The fastest', '', wanted, false), ...rows);
    if (focused) this.#list.querySelector<HTMLInputElement>(`[value=${focused}]`)?.focus();
  }

  /** Shows the running engine. @param notes Sentences about its start, such as that a faster engine did not start. */
  running(engine: EngineName, wanted: EngineName | 'auto', notes: readonly string[]): void {
    const why = wanted === engine ? 'as you chose' : 'the fastest here';
    this.#summary.textContent = [`${engineLabels[engine]}, ${why}.`, ...notes].join(' ');
    this.#summary.dataset.engine = engine;
  }

  #row(
    value: EngineName | 'auto',
    label: string,
    fact: string,
    wanted: string,
    disabled: boolean,
  ): HTMLElement {
    const input = element('input', {
      type: 'radio',
      name: 'engine',
      value,
      disabled,
      checked: value === wanted,
      onchange: () => this.#actions.onWanted(value),
    });
    return element('label', {}, input, element('span', {}, label), element('small', {}, fact));
  }
}

const cannot = (found: Measurement | undefined) => found !== undefined && 'reason' in found;

function factOf(found: Measurement | undefined): string {
  if (!found) return 'not measured';
  return 'reason' in found ? found.reason : `${found.milliseconds.toFixed(1)} ms`;
}
