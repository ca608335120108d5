import { Command } from "commander";
import { addBench } from "./commands/bench.ts";
import { addBlock } from "./commands/block.ts";
import { addCert } from "./commands/cert.ts";
import { addConf } from "./commands/conf.ts";
import { addConfiguration } from "./commands/configuration.ts";
import { addDevnet } from "./commands/devnet.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addIdentity } from "./commands/identity.ts";
import { addPeer } from "./commands/peer.ts";
import { addQuery } from "./commands/query.ts";
import { addRadiostation } from "./commands/radiostation.ts";
import { addScore } from "./commands/score.ts";
import { addState } from "./commands/state.ts";
import { addStatus } from "./commands/status.ts";
import { addTx } from "./commands/tx.ts";
import { addValidator } from "./commands/validator.ts";
import { addVerify } from "./commands/verify.ts";

/** The command line. Errors are thrown rather than printed, usage errors as commander's CommanderError. */
export const createProgram = (): Command => {
  const program = new Command("dure")
    .description("a permissioned ledger for consortia")
    .version("0.1.0")
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .showHelpAfterError(false);
  addDevnet(program);
  addStatus(program);
  addTx(program);
  addQuery(program);
  addScore(program);
  addState(program);
  addBlock(program);
  addVerify(program);
  addIdentity(program);
  addDoctor(program);
  addBench(program);
  addPeer(program);
  addRadiostation(program);
  addConfiguration(program);
  addValidator(program);
  addConf(program);
  addCert(program);
  return program;
};
