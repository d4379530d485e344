let dbg = true
