/* What @camptocamp/ogc-client makes of the service at the address that is given, as JSON. */
import { OgcApiEndpoint } from '@camptocamp/ogc-client';

const endpoint = new OgcApiEndpoint(process.argv[2]);
const seen = {
  info: await endpoint.info,
  classes: await endpoint.conformanceClasses,
  features: await endpoint.featureCollections,
  tiles: await endpoint.vectorTileCollections,
  schemes: await endpoint.tileMatrixSets,
  collections: {},
};
for (const name of seen.features) {
  const items = await endpoint.getCollectionItems(name, 5, 3);
  seen.collections[name] = {
    info: await endpoint.getCollectionInfo(name),
    items,
    one: await endpoint.getCollectionItem(name, String(items[0].id)),
    url: await endpoint.getCollectionItemsUrl(name, { limit: 3, extent: [2, 48, 3, 49] }),
  };
}
console.log(JSON.stringify(seen));
