/** Alone in a file that is loaded when a relay is first asked: with the client come the schemas of all that one answers. */
export { createClient } from '@compliance-relay/shared/api'
