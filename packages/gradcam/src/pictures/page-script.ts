/**
 * The script of the page, as text that is written into the page. It reads the maps from the element `#data`, draws the chosen map on the
 * canvas, and describes in words what it drew.
 */
export const script = `
const data = JSON.parse(document.getElementById('data').textContent);
const form = document.querySelector('form');
const canvas = document.querySelector('canvas');
const frame = document.querySelector('.frame');
const said = document.querySelector('figcaption p');
const marker = document.querySelector('.ramp i');
const bytesOf = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
const colors = bytesOf(data.colors);
const percent = share => Math.round(100 * share) + ' %';

/** Between which two places of a map each pixel of the canvas lies: pixel centers at half pixels, edges held. */
function places(source, target) {
  return Array.from({ length: Math.round(target) }, (_, index) => {
    const position = Math.min(Math.max(((index + 0.5) * source) / target - 0.5, 0), source - 1);
    const low = Math.floor(position);
    return { low, high: Math.min(low + 1, source - 1), share: position - low };
  });
}

/** The map's values at the pixels of the canvas, 0 to 1; kept once made. */
function valuesOf(map) {
  if (map.resized) return map.resized;
  const values = bytesOf(map.values);
  const { covers = [1, 1] } = map;
  const columns = places(map.width, canvas.width * covers[1]);
  map.resized = new Float32Array(canvas.width * canvas.height);
  let target = 0;
  for (const row of places(map.height, canvas.height * covers[0])) {
    const upper = row.low * map.width;
    const lower = row.high * map.width;
    for (const { low, high, share } of columns) {
      const top = values[upper + low] + (values[upper + high] - values[upper + low]) * share;
      const bottom = values[lower + low] + (values[lower + high] - values[lower + low]) * share;
      map.resized[target++] = (top + (bottom - top) * row.share) / 255;
    }
    target += canvas.width - columns.length;
  }
  return map.resized;
}

/** Draws a map, the more opaque the higher its values, and returns the share of pixels at or above the threshold. */
function draw(map, threshold, opacity) {
  const context = canvas.getContext('2d');
  const picture = context.createImageData(canvas.width, canvas.height);
  let shown = 0;
  if (map && map.largest > 0) {
    valuesOf(map).forEach((value, place) => {
      if (value < threshold) return;
      shown += 1;
      const color = 3 * Math.round(255 * value);
      picture.data[4 * place] = colors[color];
      picture.data[4 * place + 1] = colors[color + 1];
      picture.data[4 * place + 2] = colors[color + 2];
      picture.data[4 * place + 3] = Math.round(255 * opacity * value);
    });
  }
  context.putImageData(picture, 0, 0);
  return shown / (canvas.width * canvas.height);
}

/** In which ninth of the picture a map is strongest: where it is flat on top, the middle of what is highest. */
function strongest(map) {
  const values = valuesOf(map);
  const highest = values.reduce((most, value) => Math.max(most, value), 0);
  let [count, x, y] = [0, 0, 0];
  values.forEach((value, place) => {
    if (value < highest) return;
    count += 1;
    x += place % canvas.width;
    y += Math.floor(place / canvas.width);
  });
  const row = Math.floor((3 * y) / count / canvas.height);
  const column = Math.floor((3 * x) / count / canvas.width);
  const place = [['top', '', 'bottom'][row], ['left', '', 'right'][column]].filter(Boolean).join(' ');
  return place ? 'at the ' + place : 'in the middle';
}

function describe(map, chosen, threshold, share) {
  const what = chosen.className + ', ' + chosen.method + ' at ' + chosen.layer;
  if (!map) return what + ': this map was not computed.';
  if (!(map.largest > 0)) return what + ': no place raised the score of this class, so that there is nothing to draw.';
  const area = threshold > 0 ? ' ' + percent(share) + ' of the picture is at or above the threshold.' : '';
  return what + ': strongest ' + strongest(map) + '.' + area;
}

let speaking;
function update() {
  const { threshold, opacity } = form.elements;
  const chosen = Object.fromEntries(
    ['className', 'layer', 'method'].map(kind => [kind, data.names[kind][form.elements[kind].value]]),
  );
  const map = data.maps.find(
    each => each.className === chosen.className && each.layer === chosen.layer && each.method === chosen.method,
  );
  const share = draw(map, threshold.value / 100, opacity.value / 100);
  for (const slider of [threshold, opacity]) {
    document.querySelector('output[for=' + slider.id + ']').value = slider.value + ' %';
    slider.setAttribute('aria-valuetext', slider.value + ' per cent');
  }
  marker.style.width = threshold.value + '%';
  marker.hidden = threshold.value === '0';
  const text = describe(map, chosen, threshold.value / 100, share);
  canvas.setAttribute('aria-label', 'Heat map. ' + text);
  // A screen reader is told when a slider has come to rest, not at every step.
  clearTimeout(speaking);
  speaking = setTimeout(() => { said.textContent = text; }, 150);
}

const toggles = {
  photo: pressed => { canvas.hidden = pressed; },
  full: pressed => { frame.classList.toggle('full', pressed); },
};
function toggle(name) {
  const button = document.getElementById(name);
  const pressed = button.getAttribute('aria-pressed') !== 'true';
  button.setAttribute('aria-pressed', String(pressed));
  toggles[name](pressed);
}
for (const name of Object.keys(toggles)) document.getElementById(name).addEventListener('click', () => toggle(name));
document.addEventListener('keydown', event => {
  // In a list of choices letters look for an entry.
  if (event.target.tagName === 'SELECT' || event.ctrlKey || event.metaKey || event.altKey) return;
  const name = { p: 'photo', f: 'full' }[event.key.toLowerCase()];
  if (name) toggle(name);
});
form.addEventListener('input', update);
form.addEventListener('submit', event => event.preventDefault());
update();
`;
