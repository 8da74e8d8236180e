// Clusters in views, a second of the processor: Supercluster in its own process, asked in turn for
// the views on stdin, {"points": [[lon, lat]…], "views": [[west, south, east, north, zoom]…],
// "seconds": n}. Each answer becomes the text that a server would send. Prints the rate.
import { readFileSync } from "node:fs";
import Supercluster from "supercluster";

const { points, views, seconds } = JSON.parse(readFileSync(0, "utf8"));
const index = new Supercluster({ radius: 60, maxZoom: 16 });
index.load(points.map((coordinates, id) => ({
  type: "Feature", id, properties: {}, geometry: { type: "Point", coordinates },
})));

let answered = 0;
let bytes = 0;
const before = process.cpuUsage();
const taken = () => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};
while (taken() < seconds) {
  for (const [west, south, east, north, zoom] of views) {
    const features = index.getClusters([west, south, east, north], zoom);
    bytes += JSON.stringify({ type: "FeatureCollection", features }).length;
    answered++;
  }
}
console.log(JSON.stringify({ rate: answered / taken(), bytes: bytes / answered }));
