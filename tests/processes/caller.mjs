// Calls as often as the limits allow, until its time is over. See the README beside it.

import { Kakiyo, KakiyoError } from "../../bindings-node/dist/esm/index.js";

const job = JSON.parse(process.argv[2]);
const until = performance.now() + job.seconds * 1000;
const kakiyo = new Kakiyo({
  apiKey: job.apiKey,
  baseUrl: job.baseUrl,
  timeout: job.timeout * 1000,
  limits: [
    {
      group: "each_operation",
      limit: job.limit,
      window: job.window * 1000,
      maxInFlight: job.maxInFlight * 1000,
    },
  ],
});

let calls = 0;
const errors = {};

async function task() {
  for (let left = until - performance.now(); left > 0; left = until - performance.now()) {
    try {
      await kakiyo.verify({ maxWait: left });
      calls += 1;
    } catch (error) {
      if (!(error instanceof KakiyoError)) throw error;
      if (error.kind === "wait_refused") return;
      const text = `${error.kind}: ${error.message}`;
      errors[text] = (errors[text] ?? 0) + 1;
    }
  }
}

await Promise.all(Array.from({ length: job.tasks }, task));
console.log(JSON.stringify({ calls, errors }));
