/** The Pulumi program: `pulumi up --stack dev` runs it once, from top to bottom. */
import { getStack, runtime } from '@pulumi/pulumi';
import { readConfig } from './src/config/read-config.ts';
import { declareEnvironment } from './src/environment.ts';

const outputs = declareEnvironment(readConfig(getStack(), runtime.allConfig()));

export const { incoming, stage, registerQueue, deadLetterQueue, catalogDatabase, plannedTables } = outputs;
