/// When a score far from zero opens a position against it, and when nearness closes it.
struct BandRule: Sendable, Hashable {
  let entry: Double
  let exit: Double

  /// Long, short or flat (1, −1, 0) after a score: against it beyond the entry; flat within the exit or on the other side
  /// of zero; unchanged in between.
  @inline(__always)
  func stance(after stance: Int, score: Double) -> Int {
    if score > entry { return -1 }
    if score < -entry { return 1 }
    // A long position waits for the score to come up to −exit, a short one for it to come down to exit.
    let isDone = stance > 0 ? score >= -exit : score <= exit
    return isDone ? 0 : stance
  }
}
