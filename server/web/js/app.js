const world = new URL('../data/monde.json', import.meta.url).href;
new window.maplibregl.Map({
  container: 'map',
  style: {
    version: 8,
    sources: { monde: { type: 'geojson', data: world } },
    layers: [
      { id: 'mer', type: 'background', paint: { 'background-color': '#dbe6ee' } },
      { id: 'terre', type: 'fill', source: 'monde', paint: { 'fill-color': '#f5f3ee' } },
    ],
  },
  center: [2.5, 46.6],
  zoom: 5,
});
