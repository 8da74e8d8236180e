/*
 * The words of the page's language: those that its template put into <script id="mots">, written
 * as server/web/words/*.json says them. Their places are those of the server (server/template.h):
 * {name}, {+number}, {@day}, {~section.key}.
 */
const holder = document.getElementById('mots');
const sections = holder ? JSON.parse(holder.textContent) : {};

/** "fr" or "en". */
export const language = document.documentElement.lang || 'fr';

const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
const day = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
const plural = new Intl.PluralRules(language);

/** A number as the language writes it. @param {number} value */
export const formatNumber = (value) => number.format(value);

/** A day as the language writes it. @param {string} date  "2020-03-14" */
export function formatDate(date) {
  const text = day.format(new Date(date.slice(0, 10)));
  return language === 'fr' ? text.replace(/^1 /, '1er ') : text;
}

function chosenForm(words, values) {
  if (typeof words === 'string') return words;
  const name = /\{\+([^}]+)\}/.exec(words.other)?.[1] ?? '';
  const n = Number(values[name]);
  if (n === 0 && words.zero) return words.zero;
  return (plural.select(n) === 'one' && words.one) || words.other;
}

function place(kind, name, values) {
  if (kind === '~') return t(name, values);
  const value = values[name];
  if (value === undefined || value === null) return '';
  if (kind === '+') return formatNumber(Number(value));
  return kind === '@' ? formatDate(String(value)) : String(value);
}

/**
 * The words of a key, filled in: text, never markup.
 *
 * @param {string} key  "section.key"
 * @param {Object<string, string|number>} [values]  by the names of the places
 * @return {string}
 */
export function t(key, values = {}) {
  const [section, name] = key.split('.');
  const words = sections[section]?.[name];
  if (words === undefined) throw new Error(`there are no words '${key}' on this page`);
  return chosenForm(words, values).replace(/\{([+@~]?)([^{}]+)\}/g, (_, kind, inner) =>
    place(kind, inner, values),
  );
}
