/*
 * The shapes that the page's modules share, and those of the server's answers, for tsc: global
 * names, so that a JSDoc comment need not import them.
 */

/** Degrees; longitudes may pass 180. */
interface Box {
  west: number;
  south: number;
  east: number;
  north: number;
}

type LonLat = [lon: number, lat: number];

/** [[west, south], [east, north]] */
type Bounds = [LonLat, LonLat];

/** Where one looks: a zoom of MapLibre and the middle. */
interface Place {
  zoom: number;
  lat: number;
  lon: number;
}

/** A kind of territory: the name of its filter, too. */
type Kind = 'commune' | 'epci' | 'departement' | 'region';

/** What the page shows, kept in its address (state.js). */
interface PageState {
  /** ids of any level, sorted */
  themes: string[];
  /** first and last year */
  de: number | null;
  a: number | null;
  /** label levels, sorted */
  niveaux: number[];
  /** words that the sheets must have */
  q: string;
  /** "departement:13", or "" */
  territoire: string;
  /** kind of territory that the map is cut into; "": what suits the zoom */
  par: Kind | '';
  /** what territories are coloured by (tint.js) */
  teinte: string;
  /** id of the open sheet */
  fiche: number | null;
  /** "lon,lat" of the open stack, or "" */
  pile: string;
}

/** Parameters of a request; those without a value are left out. */
type Params = Record<string, string | number | null | undefined>;

interface Theme {
  id: string;
  parent: string | null;
  /** 1 axe, 2 enjeu, 3 usage */
  niveau: number;
  libelle: string;
}

/** What is known of a territory: from a tile or from an answer. */
interface Facts {
  code: string;
  nom: string;
  population?: number | null;
  initiatives?: number;
  niveau?: number | null;
  communes?: number;
  communes_labellisees?: number;
}

/** What colours territories (tint.js). */
interface Measure {
  of: 'initiatives' | 'niveau' | 'communes_labellisees';
  by: 'population' | 'communes' | null;
  times: number;
  bounds: number[];
}

interface Lieu {
  nom?: string;
  adresse?: string;
  code_postal?: string;
  commune?: string;
  telephone?: string;
}

interface InitiativeProperties {
  titre: string;
  date: string;
  commune: string;
  commune_nom: string;
  axes?: string[];
  themes: string[];
  niveau?: number | null;
  sous_titre?: string;
  lieu?: Lieu | null;
  position?: 'exacte' | 'commune';
  source?: string;
  updated_at?: string;
  /** prose by the names of PROSE, and lists of addresses by those of LINKS (fiche.js) */
  [name: string]: any;
}

interface InitiativeFeature {
  type: 'Feature';
  id: number;
  geometry: { type: 'Point'; coordinates: LonLat } | null;
  properties: InitiativeProperties;
}

interface Link {
  rel: string;
  href: string;
}

interface ItemsAnswer {
  features: InitiativeFeature[];
  numberMatched: number;
  links: Link[];
}

/** A cluster, a stack, or one initiative. */
interface MapProperties {
  cluster?: boolean;
  stack?: boolean;
  count?: number;
  expansion_zoom?: number;
  axe_1?: number;
  axe_2?: number;
  axe_3?: number;
  axe_4?: number;
  titre?: string;
  commune_nom?: string;
  axes?: string[];
}

interface MapFeature {
  type: 'Feature';
  id: number;
  geometry: { type: 'Point'; coordinates: LonLat };
  properties: MapProperties;
}

interface MapAnswer {
  type: 'FeatureCollection';
  features: MapFeature[];
}

/** What of a collection of communes their names on the map need. */
interface CommunesAnswer {
  features: {
    type: 'Feature';
    geometry: { type: 'Point'; coordinates: LonLat } | null;
    properties: { nom: string; population?: number | null };
  }[];
}

interface CountsAnswer {
  by: string;
  total: number;
  counts: { key: string | null; label: string | null; count: number }[];
}

interface Summary {
  annee: number;
  labelled_communes: number;
  labelled_population: number;
  population: number;
  initiatives: number;
  communes: number;
  contours: number;
  synthetic: boolean;
}

/** Suggestions: answers of /search. */
interface FoundCommune {
  code: string;
  nom: string;
  departement: string;
  lon: number | null;
  lat: number | null;
  niveau: number | null;
  initiatives: number;
}
interface FoundTerritory {
  kind: Kind;
  code: string;
  nom: string;
  bounds?: Bounds;
}
interface FoundTheme {
  id: string;
  libelle: string;
}
interface FoundInitiative {
  id: number;
  titre: string;
  date: string;
  commune_nom: string;
  lon: number | null;
  lat: number | null;
}

/** A ring on the map; with axes the point itself is drawn there too. */
interface Mark {
  coordinates: LonLat;
  strong?: boolean;
  axes?: string[];
}

/** A marker that is seen, with its pixels of the map. */
interface Marker {
  feature: MapFeature;
  x: number;
  y: number;
}

/** What AreaLayers.show() is given by the page. */
interface AreasShown {
  kind: Kind;
  /** filters of the counts */
  params: Params;
  measure: Measure | null;
  /** "departement:13", or "" */
  chosen: string;
}

/** What the page uses of a map, drawn (map.js) or not (still.js). */
interface PageMap extends EventTarget {
  readonly box: Box;
  readonly frame: Box;
  readonly zoom: number;
  readonly position: Place;
  readonly wantsCommunes: boolean;
  readonly markers: Marker[];
  open(coordinates: LonLat, zoom?: number): void;
  reveal(coordinates: LonLat): void;
  fit(bounds: Bounds): void;
  jump(place: Place): void;
  show(answer: MapAnswer): void;
  showCommunes(answer: CommunesAnswer): void;
  showAreas(how: AreasShown): void;
  areaFacts(territory: string): Facts | undefined;
  mark(places: Mark[]): void;
  pick(feature: MapFeature): void;
  explain(feature: MapFeature): void;
  hush(): void;
  coverFoot(pixels: number): void;
}

interface Window {
  maplibregl: typeof import('maplibre-gl');
}
