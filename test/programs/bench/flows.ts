export const CAMPAIGNS = 5;
/** Of each campaign. */
export const ACTIONS = 3;

/** `FLOWS` of a shop whose every campaign is a flow of three nodes, so that each report of a message counts. */
export const FLOWS = Array.from({ length: CAMPAIGNS }, (_, campaign) => ({
  flow_id: `flow-${campaign}`,
  campaign_id: campaign,
  nodes: Array.from({ length: ACTIONS }, (_, action) => ({
    node_id: `node-${campaign}-${action}`,
    action_id: campaign * ACTIONS + action,
  })),
}));
