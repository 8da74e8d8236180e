/* Validates the OpenAPI document on standard input; prints what is wrong as JSON. */
import { Validator } from '@seriousme/openapi-schema-validator';

let text = '';
for await (const chunk of process.stdin) text += chunk;
const validator = new Validator();
const result = await validator.validate(JSON.parse(text));
console.log(JSON.stringify({ version: validator.version, ...result }));
