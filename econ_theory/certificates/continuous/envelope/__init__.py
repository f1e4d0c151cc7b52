"""Upper bounds on what deviations gain in auctions, over all types and all bids.

Take a player with type v whose utility of bidding b is ``U(v, b)``, the others' bids fixed, and a
rising bid function. Join its graph, at jumps and at both ends, by vertical pieces, to one rising
curve of points (z, b) from the lowest bid to the highest. If dU/dv does not fall in b, then along
this curve

    gain of v from b  <=  D(z, b) - D(v, own bid of v),      D = integral of (dU/db) db

because ``U(v, b) - U(v, own) = D(z, b) - D(v) - integral over s from z to v of (dU/dv at s's own
bid less dU/dv at b)`` and the last integral is not negative (it is kept, where U is affine in v,
and makes the bound tight to second order). At an equilibrium D is constant along the graph. So one
pass along one curve bounds the gain of every type from every bid. The functions involved are
enclosed between the points of a grid by chords and errors (`chords`), which is where the error of
discretisation goes: into the bound.

Source: the envelope theorem of Milgrom and Segal 2002; integral monotonicity as in Myerson 1981.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
del lazy_loader
