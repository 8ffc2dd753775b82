import { type Layer, type MethodName, methodNames, type OpenedModel } from '../calls';
import { element, found } from './element';
import { layerHint, methodLabels, networkName } from './words';

/** Settings that apply to all photos. */
interface Settings {
  readonly method: MethodName;
  readonly layer: Layer;
}

/** The row of controls above the photos: method, layer and opacity of the heat maps. */
export class SettingsForm {
  readonly #form = found('tools', HTMLFormElement);
  readonly #method = found('method', HTMLSelectElement);
  readonly #layer = found('layer', HTMLSelectElement);
  #layers: readonly Layer[] = [];

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
    return { method: this.#method.value as MethodName, layer: this.#chosenLayer };
  }

  /** Fills the list of layers for a model. */
  offer({ layers, file: { extractors } }: OpenedModel): void {
    const chosen = this.#layer.value;
    this.#layers = layers;
    const keyOf = ({ extractor, name }: Layer) => `${extractor} ${name}`;
    this.#layer.replaceChildren(
      ...layers.map(layer => {
        const { preprocessing } = extractors[layer.extractor]!;
        const places = preprocessing.size.map(side => Math.ceil(side / layer.stride)).join(' × ');
        const isAlone = layers.every(
          other =>
            other === layer || other.extractor !== layer.extractor || other.stride !== layer.stride,
        );
        const name = layer.last ? ', the last' : isAlone ? '' : `, ${layer.name}`;
        const network =
          extractors.length === 1 ? '' : ` of ${networkName(layer.extractor, extractors)}`;
        return element('option', { value: keyOf(layer) }, `${places}${name}${network}`);
      }),
    );
    if (layers.some(layer => keyOf(layer) === chosen)) this.#layer.value = chosen;
    this.#showHint();
  }

  get #chosenLayer(): Layer {
    return this.#layers[Math.max(0, this.#layer.selectedIndex)]!;
  }

  show(visible: boolean): void {
    this.#form.hidden = !visible;
  }

  #showHint(): void {
    const { method, layer } = this.settings;
    const hints = [methodLabels[method].hint, layerHint(layer.last)];
    found('hint', HTMLElement).textContent = hints.join(' ');
  }

  /** Changes the opacity of the maps by CSS, without redrawing them. */
  #showOpacity(value: string, sliders: readonly HTMLElement[]): void {
    document.documentElement.style.setProperty('--opacity', String(Number(value) / 100));
    found('opacity-shown', HTMLOutputElement).value = `${value} %`;
    for (const slider of sliders) slider.setAttribute('aria-valuetext', `${value} per cent`);
  }
}
