// One peer prints the same paper again and again; for each line on standard input (a number of papers) it answers
// with the seconds of processor time they took. node render.mjs PEER TEMPLATE.docx VALUES.json SAMPLE.docx
import fs from "node:fs";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const [, , peer, templateFile, valuesFile, sampleFile] = process.argv;
const require = createRequire(process.cwd() + "/");
const template = fs.readFileSync(templateFile);
const values = JSON.parse(fs.readFileSync(valuesFile, "utf8"));

const PEERS = {
  docxtemplater() {
    const PizZip = require("pizzip");
    const Docxtemplater = require("docxtemplater");
    return async (data) => {
      const document = new Docxtemplater(new PizZip(template), { linebreaks: true });
      document.render(data);
      return document.getZip().generate({ type: "nodebuffer", compression: "DEFLATE" });
    };
  },
  "easy-template-x"() {
    const { TemplateHandler } = require("easy-template-x");
    const handler = new TemplateHandler();
    return async (data) => Buffer.from(await handler.process(template, data));
  },
  carbone() {
    const carbone = require("carbone");
    return (data) =>
      new Promise((resolve, reject) =>
        carbone.render(templateFile, data, (error, result) => (error ? reject(error) : resolve(result))),
      );
  },
};

const print = PEERS[peer]();
let number = 0;
const another = () => {
  number += 1;
  return Object.fromEntries(Object.entries(values).map(([name, text]) => [name, `${text} ${number}`]));
};

fs.writeFileSync(sampleFile, await print(values));
for (let warm = 0; warm < 20; warm += 1) await print(another());
console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
  const papers = Array.from({ length: Number(line) }, another);
  const begun = process.cpuUsage();
  for (const data of papers) await print(data);
  const used = process.cpuUsage(begun);
  console.log((used.user + used.system) / 1e6);
}
process.exit(0);
