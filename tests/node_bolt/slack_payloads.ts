// What an app may send, in Slack's own types; `make slack-schemas` turns it into JSON Schema.

import type { HomeView, KnownBlock, ModalView } from "@slack/types";
import type { Manifest } from "@slack/web-api/dist/types/request/manifest";

export interface Message {
  text: string;
  blocks: KnownBlock[];
}

// The views' own types let any object with a `type` pass for a block.
export type Modal = Omit<ModalView, "blocks"> & { blocks: KnownBlock[] };
export type Home = Omit<HomeView, "blocks"> & { blocks: KnownBlock[] };

// The manifest's own type lets any key pass, and has a step's parameters other than its reference:
// https://docs.slack.dev/reference/app-manifest
export type AppManifest = Omit<Closed<Manifest>, "functions"> & {
  functions?: Record<string, Step>;
};

type Closed<T> = { [Key in keyof T as string extends Key ? never : Key]: T[Key] };

interface Step {
  title: string;
  description: string;
  input_parameters: Record<string, Parameter>;
  output_parameters: Record<string, Parameter>;
}

interface Parameter {
  type: string;
  title: string;
  description?: string;
  hint?: string;
  is_required?: boolean;
  name?: string;
}
