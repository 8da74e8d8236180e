// Reads tiles of a PMTiles file with the reader that maps use.
//
// usage: node read_pmtiles.mjs FILE < "z/x/y" lines
// Prints the header and the metadata as one line of JSON, then for each line asked for the
// SHA-256 of the tile's bytes (not compressed), or null where there is no such tile.
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { PMTiles } from "pmtiles";

class FileSource {
    constructor(file, path) {
        this.file = file;
        this.path = path;
    }

    getKey() {
        return this.path;
    }

    async getBytes(offset, length) {
        const { buffer, bytesRead } = await this.file.read(Buffer.alloc(length), 0, length, offset);
        return { data: buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + bytesRead) };
    }
}

const path = process.argv[2];
const file = await open(path);
const archive = new PMTiles(new FileSource(file, path));
const header = await archive.getHeader();
console.log(JSON.stringify({ header, metadata: await archive.getMetadata() }));
for await (const line of createInterface({ input: process.stdin })) {
    const tile = await archive.getZxy(...line.split("/").map(Number));
    const hash = tile && createHash("sha256").update(new Uint8Array(tile.data)).digest("hex");
    console.log(JSON.stringify(hash ?? null));
}
await file.close();
