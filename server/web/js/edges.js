/*
 * The room that the map keeps for what stands at its edges.
 */

/** Below this width the panel is a sheet over the map's foot (style sheets: 719px). */
export const NARROW = matchMedia('(max-width: 719px)');

/** The strip of territories over the map's foot, and the sheet's glimpse (panel.css). */
const STRIP_PX = 80;
export const GLIMPSE_PX = 148;

/** Pixels at each edge, above the sheet that covers `covered` of the foot. @param {number} covered */
export const edges = (covered) =>
  NARROW.matches
    ? { top: 60, bottom: 16 + covered + STRIP_PX, left: 16, right: 16 }
    : { top: 64, bottom: 24 + STRIP_PX, left: 24, right: 64 };
