/*
 * What stands for initiatives on the map, drawn on a canvas when the map first needs it: a point
 * has the mark and colour of its axe, a stack is marks behind each other, and a cluster is a ring
 * whose four parts are the axes' shares, with a gap as in an arobase.
 *
 * An image's name says all that it shows: "point-13-l" (axes 1 and 3, light), "stack-1-l",
 * "cluster-3-4.2.6.4-l" (size 3, shares in sixteenths).
 */
import { axeShape } from './dom.js';
import { number } from './format.js';

/** Pixels of an image per pixel of the screen. */
export const RATIO = 2;

const SHARES = 16;
/** Outer diameters in pixels, and the counts from which they are used. */
const SIZES = [
  [34, 0],
  [40, 10],
  [46, 50],
  [54, 200],
  [62, 1000],
];

const suffix = (dark) => (dark ? 'd' : 'l');

/** The colours of the style sheet, which has one for each scheme. */
function palette() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(name).trim();
  return {
    axes: ['1', '2', '3', '4'].map((id) => value(`--axe-${id}`)),
    paper: value('--paper'),
    ink: value('--ink'),
    line: value('--line'),
  };
}

/** Shares of SHARES that sum to it, the largest remainders first. */
function shares(counts) {
  const total = counts.reduce((sum, count) => sum + count, 0) || 1;
  const exact = counts.map((count) => (count / total) * SHARES);
  const whole = exact.map(Math.floor);
  const order = [0, 1, 2, 3].sort((a, b) => exact[b] - whole[b] - (exact[a] - whole[a]));
  for (let i = 0; whole.reduce((sum, n) => sum + n, 0) < SHARES && i < 4; i++) whole[order[i]]++;
  return whole;
}

const sizeOf = (count) => SIZES.findLastIndex(([, least]) => count >= least);

/** The pixels that a feature of /map takes on the screen, from side to side. */
export function diameterOf({ cluster, stack, count }) {
  if (cluster) return SIZES[sizeOf(count)][0];
  return stack ? 30 : 0;
}

/** The name of the image for a feature of /map. */
export function imageOf(properties, dark) {
  const counts = [1, 2, 3, 4].map((axe) => properties[`axe_${axe}`] ?? 0);
  if (properties.cluster) {
    return `cluster-${sizeOf(properties.count)}-${shares(counts).join('.')}-${suffix(dark)}`;
  }
  if (properties.stack) return `stack-${counts.indexOf(Math.max(...counts)) + 1}-${suffix(dark)}`;
  return `point-${(properties.axes ?? ['1']).join('')}-${suffix(dark)}`;
}

/** How large a point is drawn: small where a region is seen, whole in a town.
 * @param {number} zoom */
const pointScale = (zoom) => Math.min(1, Math.max(0.65, 0.65 + (zoom - 7) * 0.1));

/** A feature of /map with what its layer needs.
 * @param {MapFeature} feature @param {number} index @param {boolean} dark @param {number} zoom */
export function drawn(feature, index, dark, zoom) {
  const { properties } = feature;
  const count = properties.count ?? 1;
  return {
    ...feature,
    properties: {
      ...properties,
      index,
      image: imageOf(properties, dark),
      label: properties.count ? number(properties.count) : '',
      order: properties.count ? count : -1,
      scale: pointScale(zoom),
      text_size: properties.stack ? 12 : count >= 1000 ? 14.5 : 13,
    },
  };
}

function canvas(size) {
  const context = new OffscreenCanvas(size * RATIO, size * RATIO).getContext('2d', {
    willReadFrequently: true,
  });
  context.scale(RATIO, RATIO);
  return context;
}

/** An axe's mark: `size` pixels around (x, y), edged with paper. */
function mark(context, axe, x, y, size, colours, edge = 1.8) {
  const path = new Path2D(axeShape(axe));
  const scale = size / 16;
  context.save();
  context.translate(x - size / 2, y - size / 2);
  context.scale(scale, scale);
  context.lineJoin = 'round';
  context.lineWidth = (2 * edge) / scale;
  context.strokeStyle = colours.paper;
  context.stroke(path);
  context.fillStyle = colours.axes[Number(axe) - 1] ?? colours.ink;
  context.fill(path);
  context.restore();
}

function shadow(context) {
  context.shadowColor = 'rgba(15, 23, 42, 0.35)';
  context.shadowBlur = 3 * RATIO;
  context.shadowOffsetY = 1 * RATIO;
}

function drawPoint(axes, colours) {
  const size = 30;
  const context = canvas(size);
  context.save();
  shadow(context);
  mark(context, axes[0], size / 2, size / 2, 17, colours);
  context.restore();
  if (axes[1]) mark(context, axes[1], size / 2 + 7.5, size / 2 - 7, 8.5, colours, 1.4);
  return context;
}

function drawStack(axe, colours) {
  const size = 40;
  const context = canvas(size);
  const card = (x, y, fill, lineColour) => {
    context.beginPath();
    context.roundRect(x, y, 24, 24, 7);
    context.fillStyle = fill;
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = lineColour;
    context.stroke();
  };
  const colour = colours.axes[axe - 1];
  context.save();
  shadow(context);
  card(11, 5, colour, colours.paper);
  context.restore();
  card(8, 8, colour, colours.paper);
  card(5, 11, colours.paper, colour);
  return context;
}

function drawCluster(size, parts, colours) {
  const diameter = SIZES[size][0];
  const side = diameter + 8;
  const context = canvas(side);
  const middle = side / 2;
  const width = 5 + size * 0.6;
  context.save();
  shadow(context);
  context.beginPath();
  context.arc(middle, middle, diameter / 2, 0, 2 * Math.PI);
  context.fillStyle = colours.paper;
  context.fill();
  context.restore();
  context.lineWidth = width;
  const radius = diameter / 2 - width / 2 - 1.5;
  const gap = parts.filter(Boolean).length > 1 ? 1.6 / radius : 0;
  let from = -Math.PI / 2;
  parts.forEach((part, i) => {
    const to = from + (part / SHARES) * 2 * Math.PI;
    if (part) {
      context.beginPath();
      context.arc(middle, middle, radius, from + gap / 2, to - gap / 2);
      context.strokeStyle = colours.axes[i];
      context.stroke();
    }
    from = to;
  });
  return context;
}

/**
 * The image of a name that imageOf() made.
 *
 * @return {ImageData|null}  null for another name
 */
export function drawImage(name) {
  const [kind, ...rest] = name.split('-');
  const colours = palette();
  let context = null;
  if (kind === 'point') context = drawPoint(rest[0], colours);
  else if (kind === 'stack') context = drawStack(Number(rest[0]), colours);
  else if (kind === 'cluster')
    context = drawCluster(Number(rest[0]), rest[1].split('.').map(Number), colours);
  if (!context) return null;
  return context.getImageData(0, 0, context.canvas.width, context.canvas.height);
}
