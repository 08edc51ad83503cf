/** What is delivered and done, in order: the story that is first told undisturbed, and then with disturbances. */
import type { Contract } from '@farelake/schema-registry';
import type { Random } from './random.ts';
import type { Home } from './home.ts';

/** Something delivered, and the command that a person or a scheduler runs then. */
export interface Act {
  /** What is there before the command runs: files below a folder that is laid over Incoming. */
  readonly deliver?: (folder: string, random: Random) => Promise<unknown>;
  /** Done to the home once, before the command first runs: damage. */
  readonly before?: (home: Home) => Promise<void>;
  /** Arguments of `farelake`; one that begins with `~/` is below the home's folder. */
  readonly command: readonly string[];
  /** Commands that others give again and again while several work on this act; they end with 0, and change nothing of the story. */
  readonly beside?: readonly (readonly string[])[];
  /** How it ends when nothing disturbs it. */
  readonly exit: 0 | 1;
  /**
   * For a command that is not to be given twice once it has had its effect: whether it has. Others may be given again at any
   * time.
   */
  readonly done?: (home: Home) => Promise<boolean>;
}

export interface Scenario {
  readonly name: string;
  /** One sentence. */
  readonly about: string;
  /** Where the zones lie. */
  readonly zones: 'folder' | 'bucket';
  /** Tables, and what of their drafted contracts is otherwise. */
  readonly tables: Readonly<Record<string, Partial<Contract>>>;
  /** Sets of DMAP: each home has a stand-in for their vendor, which acts issue to. */
  readonly sets?: readonly Contract[];
  /** Kafka topics, whose events acts hand in. */
  readonly topics?: readonly Contract[];
  /** Its commands use Spark; where there is none, it is not told. */
  readonly spark?: true;
  /** It ends with a sweep: nothing lies in the zones that no manifest or batch names. */
  readonly swept?: true;
  /** A fresh story for each call: acts share what they know of the source. */
  readonly acts: (random: Random) => readonly Act[];
}
