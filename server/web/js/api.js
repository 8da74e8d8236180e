/*
 * What the page asks the server. Every address is relative to the page, so that it works below
 * any path; answers are kept for a while, since going back and forth on a map asks again.
 */

const BASE = new URL('.', document.baseURI);
const KEPT_ANSWERS = 80;
const TIMEOUT_MS = 15000;

/** Why an answer did not come; `status` is 0 where the server was not reached. */
export class ApiError extends Error {
  /** @param {string} message @param {number} status */
  constructor(message, status) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

/** @type {Map<string, *>} the least recently used first */
const kept = new Map();

function remember(url, answer) {
  kept.delete(url);
  kept.set(url, answer);
  if (kept.size > KEPT_ANSWERS) kept.delete(kept.keys().next().value);
  return answer;
}

/** Parameters with a value, in the order given. */
function queryOf(params) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
  const text = search.toString().replaceAll('%2C', ',').replaceAll('%2F', '/');
  return text ? `?${text}` : '';
}

/** The absolute address of a route with parameters. */
export const addressOf = (path, params = {}) => new URL(path + queryOf(params), BASE).href;

/** The absolute address of tiles: `path` has {z}, {x} and {y}. */
export const urlTemplate = (path, params = {}) => BASE.href + path + queryOf(params);

async function ask(url, signal) {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), TIMEOUT_MS);
  signal?.addEventListener('abort', () => timeout.abort(), { once: true });
  try {
    const response = await fetch(url, {
      signal: timeout.signal,
      headers: { Accept: 'application/geo+json, application/json' },
    });
    const body = await response.json().catch(() => null);
    if (!response.ok)
      throw new ApiError(body?.detail ?? body?.title ?? response.statusText, response.status);
    if (!body) throw new ApiError('the answer is not JSON', response.status);
    return body;
  } catch (error) {
    if (signal?.aborted || error instanceof ApiError) throw error;
    throw new ApiError(error instanceof Error ? error.message : String(error), 0);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The JSON answer of a route.
 *
 * @param {string} path                 relative: "map", "collections/initiatives/items"
 * @param {Object<string, *>} [params]  those without a value are left out
 * @param {AbortSignal} [signal]
 * @return {Promise<*>}                 throws ApiError, or the signal's AbortError
 */
export async function get(path, params = {}, signal = undefined) {
  const url = addressOf(path, params);
  if (kept.has(url)) return remember(url, kept.get(url));
  return remember(url, await ask(url, signal));
}

/**
 * Asks one thing at a time: a new question aborts the one underway.
 *
 * @return {function(string, Object=): Promise<*>}  resolves to null where a newer question came
 */
export function latest() {
  let underway = new AbortController();
  return async (path, params) => {
    underway.abort();
    const mine = new AbortController();
    underway = mine;
    try {
      const answer = await get(path, params, mine.signal);
      return mine.signal.aborted ? null : answer;
    } catch (error) {
      if (mine.signal.aborted) return null;
      throw error;
    }
  };
}

/** The parameters of an answer's next page, or null on the last. */
export function nextPage(answer) {
  const link = answer.links?.find(({ rel }) => rel === 'next');
  if (!link) return null;
  return Object.fromEntries(new URL(link.href, BASE).searchParams);
}
