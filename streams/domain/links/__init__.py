"""The state of each link: passages and speeds in windows, folded into one view of the road."""
