/*
 * How territories are coloured: by initiatives per inhabitant or by label, in steps of one ramp
 * that grows darker (on a dark page, lighter), so that it reads in every kind of colour vision.
 *
 * The bounds of the steps double from half of the country's own rate: they follow the filters,
 * and are the same for every kind of territory and every place.
 */
import { number } from './format.js';
import { t } from './words.js';

/** What can be shown, in the order of the choice. */
export const TINTS = {
  initiatives: t('map.tint_initiatives'),
  label: t('map.tint_label'),
  aucune: t('map.tint_none'),
};

const STEPS = 5;
const PER_INHABITANTS = 10000;
const LEVELS = [1, 2, 3, 4, 5];

/** The number of 1, 2 or 5 times a power of ten that is nearest, by ratio. */
function round(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  const far = (of) => Math.abs(Math.log(value / (of * power)));
  return [1, 2, 5, 10].reduce((best, of) => (far(of) < far(best) ? of : best)) * power;
}

/** The bounds between the steps, from the rate of the whole; 0 gives those of 1. */
function boundsOf(rate) {
  const first = rate > 0 ? round(rate / 2) : 1;
  return Array.from({ length: STEPS - 1 }, (_, i) => first * 2 ** i);
}

/**
 * What a tint measures in each kind of territory: a value by two of a tile's properties, in steps.
 *
 * @param {{tint: string, kind: string, initiatives: number, summary: Object}} of  initiatives are
 *        those that match the filters, in the whole country; summary is the answer of /summary
 * @return {{of: string, by: string|null, times: number, bounds: number[]}|null}  null: no colour
 */
export function measureOf({ tint, kind, initiatives, summary }) {
  if (tint === 'initiatives')
    return {
      of: 'initiatives',
      by: 'population',
      times: PER_INHABITANTS,
      bounds: boundsOf((initiatives / (summary.population || 1)) * PER_INHABITANTS),
    };
  if (tint !== 'label') return null;
  if (kind === 'commune') return { of: 'niveau', by: null, times: 1, bounds: LEVELS.slice(1) };
  const rate = summary.labelled_communes / (summary.communes || 1);
  return {
    of: 'communes_labellisees',
    by: 'communes',
    times: 100,
    bounds: boundsOf(rate * 100),
  };
}

/** The colours of the style sheet: of nothing, of each step, and of what is not known. */
export function ramp() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(name).trim();
  return {
    none: value('--tint-0'),
    steps: LEVELS.map((step) => value(`--tint-${step}`)),
    unknown: value('--tint-unknown'),
  };
}

/** The colour of a territory of the tiles, as an expression of MapLibre. */
export function colourOf(measure) {
  const { none, steps, unknown } = ramp();
  if (!measure) return 'rgba(0, 0, 0, 0)';
  const { of, by, times, bounds } = measure;
  const amount = ['coalesce', ['get', of], 0];
  const value = by ? ['/', ['*', times, amount], ['get', by]] : amount;
  const stepped = [
    'case',
    ['<=', amount, 0],
    none,
    ['step', value, steps[0], ...bounds.flatMap((bound, i) => [bound, steps[i + 1]])],
  ];
  return by ? ['case', ['>', ['coalesce', ['get', by], 0], 0], stepped, unknown] : stepped;
}

/** A rate as it is written: no more decimals than say something. */
const written = (rate) => number(Number(rate.toPrecision(2)));

/** The rate of a territory, in words; "" where it is not known or nothing is shown. */
export function rateWords(measure, facts) {
  if (!measure?.by || !(facts[measure.by] > 0)) return '';
  const rate = written(((facts[measure.of] ?? 0) / facts[measure.by]) * measure.times);
  return measure.of === 'initiatives'
    ? t('map.rate_inhabitants', { rate })
    : t('map.rate_label', { rate });
}

/**
 * The legend of a measure.
 *
 * @return {{title: string, rows: {step: number|'unknown', words: string}[]}}
 */
export function legendOf({ of, bounds }) {
  if (of === 'niveau')
    return {
      title: t('map.label'),
      rows: [
        { step: 0, words: t('map.no_label') },
        ...LEVELS.map((step) => ({ step, words: '@'.repeat(step) })),
      ],
    };
  const unit = of === 'initiatives' ? '' : t('map.percent');
  const last = bounds.length;
  return {
    title:
      of === 'initiatives' ? t('map.legend_initiatives') : t('map.legend_label'),
    rows: [
      { step: 0, words: t('map.step_none') },
      { step: 1, words: t('map.step_below', { to: `${written(bounds[0])}${unit}` }) },
      ...bounds.slice(1).map((bound, i) => ({
        step: i + 2,
        words: t('map.step_between', { from: written(bounds[i]), to: `${written(bound)}${unit}` }),
      })),
      { step: last + 1, words: t('map.step_above', { from: `${written(bounds[last - 1])}${unit}` }) },
      { step: 'unknown', words: t('map.step_unknown') },
    ],
  };
}
