import { type MethodName, methodNames } from '../calls';
import type { ModelManifest } from '../model-manifest';
import { element, found } from './element';
import { layerHint, methodLabels } from './words';

/** What is chosen for all photos alike. */
interface Settings {
  readonly method: MethodName;
  readonly layer: string;
}

/** The row of controls above the photos: method, layer and opacity of the heat maps. */
export class SettingsForm {
  readonly #form = found('tools', HTMLFormElement);
  readonly #method = found('method', HTMLSelectElement);
  readonly #layer = found('layer', HTMLSelectElement);

  constructor(onChange: () => void) {
    this.#method.append(
      ...methodNames.map(value => element('option', { value }, methodLabels[value].name)),
    );
    const sliders = ['opacity', 'full-opacity'].map(id => found(id, HTMLInputElement));
    for (const slider of sliders) {
      slider.addEventListener('input', () => {
        for (const other of sliders) other.value = slider.value;
        this.#showOpacity(slider.value, sliders);
      });
    }
    this.#showOpacity(sliders[0]!.value, sliders);
    for (const select of [this.#method, this.#layer]) {
      select.addEventListener('change', () => {
        this.#showHint();
        onChange();
      });
    }
    this.#form.addEventListener('submit', event => event.preventDefault());
  }

  get settings(): Settings {
    return { method: this.#method.value as MethodName, layer: this.#layer.value };
  }

  /** Offers the layers of a model. */
  offer({ layers, preprocessing }: ModelManifest): void {
    const chosen = this.#layer.value;
    const places = (side: number, stride: number) => Math.ceil(side / stride);
    const [height, width] = preprocessing.size;
    this.#layer.replaceChildren(
      ...layers.map(({ name, stride }, index) =>
        element(
          'option',
          { value: name },
          `${places(height, stride)} × ${places(width, stride)}${index === 0 ? ', the last' : ''}`,
        ),
      ),
    );
    if (layers.some(({ name }) => name === chosen)) this.#layer.value = chosen;
    this.#showHint();
  }

  show(visible: boolean): void {
    this.#form.hidden = !visible;
  }

  #showHint(): void {
    const method = methodLabels[this.settings.method].hint;
    found('hint', HTMLElement).textContent = `${method} ${layerHint(this.#layer.selectedIndex)}`;
  }

  /** The browser blends the maps: nothing is drawn anew. */
  #showOpacity(value: string, sliders: readonly HTMLElement[]): void {
    document.documentElement.style.setProperty('--opacity', String(Number(value) / 100));
    found('opacity-shown', HTMLOutputElement).value = `${value} %`;
    for (const slider of sliders) slider.setAttribute('aria-valuetext', `${value} per cent`);
  }
}
