/*
 * Checks the words of pages against each other and against what uses them: every language has the
 * same keys, forms and places; every key that a template or a script names is there; every key is
 * used. A section that a template hands to scripts ({{%w.section}}) is used by t('section.key').
 */

/** What the program itself looks up: server/words.c, server/template_write.c. */
const OF_THE_PROGRAM = ['date.months', 'value.yes', 'value.no'];
const PLACE = /\{([^{}]*)\}/g;

/** ["section.key", text or forms] of a language. */
function flatten(sections) {
  return Object.entries(sections).flatMap(([section, keys]) =>
    Object.entries(keys).map(([key, text]) => [`${section}.${key}`, text]),
  );
}

const textsOf = (words) => (typeof words === 'string' ? [words] : Object.values(words));

/** The places of a text, whatever their order: what is said of them may differ, not which. */
function placesOf(words) {
  const names = textsOf(words).flatMap((text) => [...text.matchAll(PLACE)].map((found) => found[1]));
  return [...new Set(names)].sort().join(' ');
}

function compare(one, other, say) {
  for (const [key, words] of one.words) {
    const theirs = other.words.get(key);
    if (theirs === undefined) say(`${other.name}: '${key}' of ${one.name} is missing`);
    else if (typeof theirs !== typeof words) say(`'${key}' has forms in one language alone`);
    else if (placesOf(theirs) !== placesOf(words))
      say(`'${key}' has other places in ${other.name}: '${placesOf(theirs)}'`);
  }
}

/** Sections and keys are lower case; a form is one of three, and there is always one for many. */
function checkShape({ name, words }, say) {
  for (const [key, text] of words) {
    if (!/^[a-z][a-z_]*\.\w+$/.test(key)) say(`${name}: '${key}' is no name for words`);
    if (typeof text === 'string') continue;
    const forms = Object.keys(text);
    if (!text.other || forms.some((form) => !['zero', 'one', 'other'].includes(form)))
      say(`${name}: '${key}' has the forms ${forms}: wanted other, perhaps one and zero`);
    else if (!/\{\+[^}]+\}/.test(text.other))
      say(`${name}: '${key}' has forms, but no {+number} that chooses`);
  }
}

/** French sets off ; : ! ? and guillemets with a space that does not break. */
function checkFrench(words, say) {
  for (const [key, text] of words)
    for (const one of textsOf(text))
      if (/ [;:!?»]|« |'/.test(one))
        say(`fr: '${key}' has a breaking space before ';:!?»' or a straight apostrophe`);
}

/** What text names: keys, and beginnings of keys that are made while it runs. */
function usesOf(templates, scripts, words) {
  const keys = new Set(OF_THE_PROGRAM);
  const beginnings = new Set();
  const note = (name) => {
    const open = name.indexOf('[');
    if (open < 0) keys.add(name);
    else beginnings.add(name.slice(0, open));
  };
  for (const text of templates)
    for (const found of text.matchAll(/\{\{\s*~\s*([^\s}]+)\s*\}\}/g)) note(found[1]);
  for (const text of words.flatMap(([, one]) => textsOf(one)))
    for (const found of text.matchAll(/\{~([^}]+)\}/g)) note(found[1]);
  for (const text of scripts) {
    for (const found of text.matchAll(/\bt\(\s*'([^']+)'/g)) keys.add(found[1]);
    for (const found of text.matchAll(/\bt\(\s*`([^`$]+)\$\{/g)) beginnings.add(found[1]);
  }
  return { keys, beginnings: [...beginnings] };
}

/**
 * @param {Map<string, Buffer>} assets
 * @return {string[]}  what is wrong, a sentence each
 */
export function checkWords(assets) {
  const faults = [];
  const say = (sentence) => faults.push(sentence);
  const textsNamed = (pattern) =>
    [...assets].filter(([name]) => pattern.test(name)).map(([, bytes]) => bytes.toString('utf8'));
  const languages = ['fr', 'en'].map((name) => ({
    name,
    words: new Map(flatten(JSON.parse(assets.get(`words/${name}.json`).toString('utf8')))),
  }));
  const [french, english] = languages;
  for (const language of languages) checkShape(language, say);
  compare(french, english, say);
  compare(english, french, say);
  checkFrench(french.words, say);
  const { keys, beginnings } = usesOf(
    textsNamed(/\.html$/),
    textsNamed(/^(?!vendor\/).*\.js$/),
    [...french.words, ...english.words],
  );
  for (const key of keys) if (!french.words.has(key)) say(`'${key}' is used, but there are no such words`);
  for (const key of french.words.keys())
    if (!keys.has(key) && !beginnings.some((beginning) => key.startsWith(beginning)))
      say(`the words '${key}' are used nowhere`);
  return faults;
}
