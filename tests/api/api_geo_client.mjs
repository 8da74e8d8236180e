// Code as people write it for geo.api.gouv.fr; only the address is another.
// usage: node api_geo_client.mjs BASE_URL
const base = process.argv[2]

async function chercherCommunes(nom) {
  const params = new URLSearchParams({nom, fields: 'departement,codesPostaux', boost: 'population', limit: 5})
  const reponse = await fetch(`${base}/communes?${params}`)
  if (!reponse.ok) throw new Error(reponse.statusText)
  const communes = await reponse.json()
  return communes.map(({nom, code, departement, codesPostaux}) =>
    `${nom} (${departement.code} ${departement.nom}) ${code} ${codesPostaux[0]}`)
}

async function villesDuCodePostal(codePostal) {
  const reponse = await fetch(`${base}/communes?codePostal=${codePostal}&fields=nom,code&format=json`)
  return (await reponse.json()).map(c => c.nom)
}

async function selecteurs() {
  const regions = await (await fetch(`${base}/regions?fields=nom,code`)).json()
  const bretagne = regions.find(r => r.nom === 'Bretagne')
  const departements = await (await fetch(`${base}/regions/${bretagne.code}/departements?fields=nom,code`)).json()
  const communes = await (await fetch(`${base}/departements/${departements[0].code}/communes?fields=nom,code&limit=2`)).json()
  return {bretagne, departements, communes}
}

async function carte(code) {
  const {type, features} = await (await fetch(
    `${base}/communes?codeDepartement=${code}&format=geojson&geometry=centre&limit=3`)).json()
  return {type, noms: features.map(f => f.properties.nom)}
}

console.log(JSON.stringify({
  nantes: await chercherCommunes('Nantes'),
  versailles: await villesDuCodePostal('78000'),
  inconnue: (await fetch(`${base}/communes/00000`)).status,
  ...await selecteurs(),
  carte: await carte('975'),
}))
