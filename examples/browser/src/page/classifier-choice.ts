import { found } from './element';

/**
 * Prepares the button that opens another classifier.
 *
 * @param onZip Called with the file that was chosen, which may be no classifier.
 */
export function prepareChoice(onZip: (zip: File) => void): void {
  const input = found('classifier-file', HTMLInputElement);
  found('open-classifier', HTMLButtonElement).onclick = () => input.click();
  input.addEventListener('change', () => {
    const [zip] = input.files ?? [];
    // Clearing the input makes it possible to choose the same file again.
    input.value = '';
    if (zip) onZip(zip);
  });
}
