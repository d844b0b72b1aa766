"use strict";
// Prints a mended copy of Twilio's OpenAPI description: `node overlay.js DESCRIPTION > COPY`.
// The description contradicts Twilio's own answers in the places below. Each is mended with its reason, and nothing else is excused.

const unsettable = /^(sms|voice)_application_sid$|^(trunk|address|emergency_address|identity|bundle)_sid$/;
const snake = (name) => name.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();

// The mends of one property: `name` in snake case, `schema` is changed in place, `sent` tells a form field from a field of an answer.
const properties = [
  {
    reason: "`uri` and the page URIs are relative to the host (/2010-04-01/…), in every example too, but are declared to be whole URIs",
    fits: (name, schema) => /(^|_)uri$/.test(name) && schema.format === "uri",
    mend: (schema) => { schema.format = "uri-reference"; },
  },
  {
    reason: 'a URL that is not set is "" in every example, and "" is how an update clears one; "" is no URI',
    fits: (name, schema) => schema.format === "uri",
    mend: (schema) => {
      delete schema.format;
      schema.anyOf = [{ format: "uri" }, { maxLength: 0 }];
    },
  },
  {
    reason: 'an application, trunk, address, identity or bundle that is not set is "", and "" is how an update clears one; "" has no 34 characters',
    fits: (name, schema) => unsettable.test(name) && schema.pattern,
    mend: (schema) => {
      schema.pattern = `^$|${schema.pattern}`;
      delete schema.minLength;
    },
  },
  {
    reason: "latitude and longitude are decimal strings in every example, but are declared to be numbers",
    fits: (name, schema) => /^(lat|long)itude$/.test(name) && schema.type === "number",
    mend: (schema) => {
      schema.type = "string";
      schema.pattern = "^-?[0-9]+\\.[0-9]+$";
    },
  },
];

// The mends of one operation.
const operations = [
  {
    reason: "a validation request is declared to answer 200; it also answers 201, as every other creation does",
    fits: (operation) => operation.operationId === "CreateValidationRequest",
    mend: (operation) => { operation.responses["201"] = operation.responses["200"]; },
  },
  {
    reason: "no error response is declared at all",
    fits: () => true,
    mend: (operation) => {
      const body = {
        type: "object",
        required: ["code", "message", "more_info", "status"],
        properties: {
          code: { type: "integer" },
          message: { type: "string", minLength: 1 },
          more_info: { type: "string", format: "uri" },
          status: { type: "integer", minimum: 400, maximum: 599 },
        },
      };
      const response = { description: "Failure", content: { "application/json": { schema: body } } };
      operation.responses["4XX"] = response;
      operation.responses["5XX"] = response;
    },
  },
];

function mendProperties(schema, used) {
  if (!schema || typeof schema !== "object") return;
  for (const [name, property] of Object.entries(schema.properties || {})) {
    const mend = properties.find((one) => one.fits(snake(name), property));
    if (mend) {
      mend.mend(property);
      used.add(mend);
    }
    mendProperties(property, used);
  }
  mendProperties(schema.items, used);
}

function mended(description) {
  const used = new Set();
  for (const schema of Object.values(description.components.schemas)) mendProperties(schema, used);
  for (const path of Object.values(description.paths)) {
    for (const operation of Object.values(path)) {
      if (!operation.operationId) continue;
      const bodies = [operation.requestBody, ...Object.values(operation.responses)];
      for (const body of bodies) {
        for (const content of Object.values((body && body.content) || {})) mendProperties(content.schema, used);
      }
      for (const mend of operations.filter((one) => one.fits(operation))) {
        mend.mend(operation);
        used.add(mend);
      }
    }
  }
  const idle = [...properties, ...operations].filter((mend) => !used.has(mend));
  if (idle.length) throw new Error(`these mends fit nothing any more: ${idle.map((mend) => mend.reason).join("; ")}`);
  return description;
}

const [source] = process.argv.slice(2);
process.stdout.write(JSON.stringify(mended(JSON.parse(require("fs").readFileSync(source, "utf8")))));
