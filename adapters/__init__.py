"""Who touches the world? One folder per neighbour; none of them thinks."""
