"""What solvers of finite games share: linear programs, pivots, paths and vertices."""
