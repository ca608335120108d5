// The child as a thread of the process in which an author's tests run. Its errors are traced. As in a process, the realm
// is locked down before any other module is evaluated.
import "./traced.ts";
import "./realm.ts";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { ThreadData } from "../thread.ts";
import { keepTexts } from "./compartment.ts";
import { disturb } from "./disturb.ts";
import { encodeReply } from "./encode-reply.ts";
import { parseText } from "./pristine.ts";
import { answerRequests } from "./requests.ts";
import { keepNoModules } from "./seal.ts";

const port = parentPort!;
const { signal, disturbed } = workerData as ThreadData;

const receive = (): unknown => {
  for (;;) {
    const seen = Atomics.load(signal, 0);
    const received = receiveMessageOnPort(port) as { readonly message: string } | undefined;
    if (received !== undefined) {
      if (disturbed) disturb();
      return parseText(received.message);
    }
    Atomics.wait(signal, 0, seen);
  }
};

keepTexts();
if (disturbed) keepNoModules();
answerRequests({ receive, send: (message) => port.postMessage(encodeReply(message)) });
