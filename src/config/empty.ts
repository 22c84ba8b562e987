/** The configuration of a publisher who wrote none. */
export default {};
