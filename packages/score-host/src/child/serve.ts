// The thread of a sandbox process that serves. The realm is locked down before any other module of it is evaluated.
import "./realm.ts";
import { receive, send } from "./pipe.ts";
import { answerRequests } from "./requests.ts";

answerRequests({ receive, send });
