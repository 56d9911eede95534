/**
 * The main job: a messy list of leads into a campaign, on the embedded sandbox. No account is needed.
 *
 * `node examples/node/import_leads.mjs [FILE] [--dnc FILE] [--json]`. The same program stands in `examples/rust` and
 * `examples/python`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { Kakiyo, KakiyoError, Sandbox, planLeads, readProfileUrls } from "../../bindings-node/dist/esm/index.js";

const data = (name) => fileURLToPath(new URL(`../data/${name}`, import.meta.url));
/** The sandbox takes this long for an import, in milliseconds, so that one poll confirms it. */
const IMPORT_DELAY = 500;
/** Profiles of one Do-Not-Contact call, and leads of one import. */
const DNC_BATCH = 500;
const LEAD_BATCH = 100;

async function main() {
  const { values, positionals } = parseArgs({
    options: { dnc: { type: "string" }, json: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [file] = positionals;
  const dnc = values.dnc ?? (file === undefined ? data("do-not-contact.csv") : undefined);
  try {
    await run(file ?? data("leads.csv"), dnc, values.json);
  } catch (error) {
    if (!(error instanceof KakiyoError)) throw error;
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}

async function run(file, dnc, asJson) {
  // Reading costs nothing: what is wrong with the files shows before anything is sent.
  const plan = await planLeads(file);
  const blocked = dnc === undefined ? undefined : await readProfileUrls(dnc);
  if (!asJson) printPlan(plan, blocked);

  const sandbox = await Sandbox.start({ importDelay: IMPORT_DELAY });
  const kakiyo = new Kakiyo({ apiKey: sandbox.apiKey, baseUrl: sandbox.baseUrl });
  try {
    const campaignId = await newCampaign(kakiyo);
    if (blocked !== undefined) await block(kakiyo, blocked);
    const lists = await add(kakiyo, campaignId, plan);
    const outcome = await confirm(kakiyo, lists);
    const { rows, unique, duplicates, invalid } = plan;
    const [calls, credits, rejected_429] = await Promise.all([sandbox.calls(), sandbox.spent(), sandbox.rejections()]);
    const counts = { rows, unique, duplicates, invalid, ...outcome, calls, credits, rejected_429 };
    if (asJson) console.log(JSON.stringify(counts));
    else printReport(counts);
  } finally {
    kakiyo.close();
    await sandbox.close();
  }
}

async function newCampaign(kakiyo) {
  const product = await kakiyo.products.create({
    name: "Contract audit",
    description: "A two-week review of energy contracts.",
  });
  const prompt = await kakiyo.prompts.create({ name: "Founder intro", model: "680321c8001e2f527d82", type: "Messages" });
  const agent = await kakiyo.agents.create();
  const campaign = await kakiyo.campaigns.create({
    name: "Founders, spring",
    productId: product.id,
    promptId: prompt.id,
    agentId: agent.id,
  });
  return campaign.id;
}

async function block(kakiyo, blocked) {
  for (const profiles of chunks(blocked.profiles, DNC_BATCH)) {
    await kakiyo.dnc.addBatch({ entries: profiles.map(({ url }) => ({ url })) });
  }
}

async function add(kakiyo, campaignId, plan) {
  const lists = [];
  for (const leads of chunks(plan.leads, LEAD_BATCH)) {
    const prospects = leads.map(({ name, url }) => ({ name, url }));
    const { listId } = await kakiyo.prospects.addBatch({ campaignId, prospects });
    if (listId !== undefined) lists.push(listId);
  }
  return lists;
}

/** Asks for each import until it has ended. */
async function confirm(kakiyo, lists) {
  const outcome = { dnc: 0, imported: 0, existing: 0 };
  await sleep(IMPORT_DELAY);
  for (const listId of lists) {
    let status = await kakiyo.prospects.importStatus(listId);
    while (!status.finished) {
      await sleep(IMPORT_DELAY);
      status = await kakiyo.prospects.importStatus(listId);
    }
    outcome.dnc += status.skippedDnc ?? 0;
    outcome.imported += status.imported ?? 0;
    outcome.existing += status.existing ?? 0;
  }
  return outcome;
}

function* chunks(list, size) {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size);
}

function line(label, value) {
  console.log(`  ${label.padEnd(11)} ${String(value).padStart(6)}`);
}

function printPlan(plan, blocked) {
  console.log("Plan");
  for (const name of ["rows", "unique", "duplicates", "invalid"]) line(name, plan[name]);
  for (const [reason, count] of Object.entries(plan.invalidReasons)) {
    console.log(`    ${reason.padEnd(20)} ${String(count).padStart(4)}`);
  }
  if (blocked !== undefined) line("to block", blocked.unique);
  line("calls", `${plan.calls.min}`.padStart(6) + ` to ${plan.calls.max} (adding ${plan.submitCalls}, the rest confirms)`);
  line("credits", `${plan.credits.min}`.padStart(6) + ` to ${plan.credits.max}`);
}

function printReport(counts) {
  console.log("\nReport");
  line("imported", counts.imported);
  line("existing", counts.existing);
  line("blocked", counts.dnc);
  line("duplicates", counts.duplicates);
  line("invalid", counts.invalid);
  console.log(
    `\nThe sandbox counted ${counts.calls} calls, ${counts.credits} credits and ${counts.rejected_429} answers of 429.`,
  );
}

await main();
